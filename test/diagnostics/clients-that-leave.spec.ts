import { once } from 'node:events';
import type { Server } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { connect } from 'node:net';
import v8 from 'node:v8';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { MonitorModule, MonitorPort } from '../../src/index.js';
import { ADAPTERS, startApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { requestBytes } from '../support/raw-http.js';

/** Counts the snapshots that are made. */
function watchSnapshots() {
  const made = vi.spyOn(v8, 'getHeapSnapshot');
  syncBuiltinESMExports();
  onTestFinished(() => {
    made.mockRestore();
    syncBuiltinESMExports();
  });
  return made;
}

describe.each(ADAPTERS)('On %s,', (adapter) => {
  it('a heap snapshot is not made for a client that gave up while the event loop was blocked', async () => {
    const made = watchSnapshots();
    const diagnostics = { heapSnapshot: true, blockedLoop: false };
    const started = await startApp(adapter, { imports: [MonitorModule.forRoot({ diagnostics })] });
    const arrived = once(started.app.getHttpServer() as Server, 'request');
    const socket = connect(started.port, '127.0.0.1');
    await once(socket, 'connect');
    // As after a block: the server finds the request and the end of the connection at the same time.
    socket.write(requestBytes('POST', '/monitor/heap-snapshot'));
    socket.destroy();
    await arrived;
    // One operation at a time: this waits for the end of that one.
    await eventually(async () => expect((await started.get('/monitor/report')).status).toBe(200));
    expect(made).not.toHaveBeenCalled();

    const taken = await started.get('/monitor/heap-snapshot', { method: 'POST' });
    expect(taken.status).toBe(200);
    await taken.body?.cancel();
    expect(made).toHaveBeenCalledOnce();
  });

  it("a profile at the monitor's own port is answered with 503 when the application closes, without an error in the log", async () => {
    const options = { port: 0, diagnostics: { blockedLoop: false } };
    const { app, log } = await startApp(adapter, { imports: [MonitorModule.forRoot(options)] });
    const url = app.get(MonitorPort).url ?? '';
    const waiting = fetch(`${url}/profile/cpu?seconds=60`);
    await eventually(async () => {
      expect((await fetch(`${url}/profile/cpu?seconds=0.1`)).status).toBe(409);
    });
    await app.close();
    const answer = await waiting;
    expect(answer.status).toBe(503);
    expect(await answer.text()).toBe('The application is closing.\n');
    expect(log.errors).toEqual([]);
  });
});
