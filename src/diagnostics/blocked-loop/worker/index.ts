import { parentPort, workerData } from 'node:worker_threads';
import type { WatchdogSettings } from '../raw-block.js';
import { Watch } from './watch.js';

void new Watch(workerData as WatchdogSettings, (message) => parentPort?.postMessage(message)).run();
