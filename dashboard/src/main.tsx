import 'uplot/dist/uPlot.min.css';
import { render } from 'preact';
import { App } from './app.js';
import type { Feature } from './state.js';
import './styles.css';

/** The page is at `<path>/dashboard`, with any path before it: a global prefix, or a path of a proxy. Express accepts any case. */
const base = location.pathname.replace(/\/dashboard\/?$/i, '');
const metaOf = (name: string) =>
  document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? '';
const service = metaOf('monitor-service');
const features = new Set(metaOf('monitor-features').split(' ') as Feature[]);
const root = document.getElementById('app');
if (root !== null) render(<App base={base} service={service} features={features} />, root);
