import { parentPort, workerData } from 'node:worker_threads';
import type { WatchdogSettings } from '../raw-block.js';
import { Watch } from './watch.js';

void new Watch(workerData as WatchdogSettings, (block) => parentPort?.postMessage(block)).run();
