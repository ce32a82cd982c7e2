import { ChildProcess } from 'node:child_process';
import { Socket as DatagramSocket } from 'node:dgram';
import { Server, Socket } from 'node:net';
import { vi } from 'vitest';

/** Loaded before each unit test: a test that opens a socket or starts a process belongs to the e2e tests. */
vi.spyOn(Socket.prototype, 'connect').mockImplementation(() => refuse('connect to a server'));
vi.spyOn(Server.prototype, 'listen').mockImplementation(() => refuse('listen on a port'));
vi.spyOn(DatagramSocket.prototype, 'bind').mockImplementation(() => refuse('bind a UDP socket'));
// The method that spawn(), exec() and fork() call. It is not in Node's types.
vi.spyOn(ChildProcess.prototype as unknown as { spawn(): never }, 'spawn').mockImplementation(() =>
  refuse('start a child process'),
);

function refuse(action: string): never {
  throw new Error(`A unit test may not ${action}. Move it to test/, or use a fake.`);
}
