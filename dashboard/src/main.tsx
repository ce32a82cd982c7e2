import 'uplot/dist/uPlot.min.css';
import { render } from 'preact';
import { App } from './app.js';
import './styles.css';

/** The page is at `<path>/dashboard`, whatever stands before it: a global prefix, a proxy's own path. */
const base = location.pathname.replace(/\/dashboard\/?$/, '');
const service =
  document.querySelector<HTMLMetaElement>('meta[name="monitor-service"]')?.content || 'nestjs-monitor';
const root = document.getElementById('app');
if (root !== null) render(<App base={base} service={service} />, root);
