import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MonitorOptions } from '../../src/index.js';
import { MonitorModule } from '../../src/index.js';
import { ADAPTERS, adapterOf, moduleOf } from '../support/app.js';
import { sendRaw, statusesOf } from '../support/raw-http.js';
import { needs } from '../support/tools.js';
import { documentedSnippets, Nginx } from './nginx.js';

const NGINX = needs('nginx');
const TOKEN = 'a-token-for-the-reader';

/** Common configurations besides those in the documentation. */
const OTHERS = new Map([
  ['bare, HTTP/1.1', 'location / { proxy_pass http://127.0.0.1:3000; proxy_http_version 1.1; }'],
  ['only the Host', 'location / { proxy_pass http://127.0.0.1:3000; proxy_set_header Host $http_host; }'],
  [
    'only the scheme',
    'location / { proxy_pass http://127.0.0.1:3000; proxy_set_header X-Forwarded-Proto $scheme; }',
  ],
  [
    'only X-Real-IP',
    'location / { proxy_pass http://127.0.0.1:3000; proxy_set_header X-Real-IP $remote_addr; }',
  ],
  [
    'Forwarded',
    'location / { proxy_pass http://127.0.0.1:3000; proxy_http_version 1.1; proxy_set_header Forwarded "for=$remote_addr;proto=$scheme"; }',
  ],
  [
    'as ingress-nginx does',
    `location / { proxy_pass http://127.0.0.1:3000; proxy_http_version 1.1; proxy_set_header Host $http_host;
      proxy_set_header X-Request-ID $request_id; proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Forwarded-Port $server_port; proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Scheme $scheme; proxy_set_header X-Scheme $scheme; }`,
  ],
  ['bare, by unix socket', 'location / { proxy_pass http://unix:/run/app.sock; }'],
  ['another port', 'location / { proxy_pass http://127.0.0.1:3000; }'],
]);

describe.skipIf(NGINX.isMissing).each(ADAPTERS)(
  `behind a real nginx, on %s, the monitor${NGINX.reason}`,
  (adapter) => {
    const apps: INestApplication[] = [];
    let nginx: Nginx;

    async function listen(options: MonitorOptions, where: number | string): Promise<INestApplication> {
      const root = moduleOf({ imports: [MonitorModule.forRoot(options)] });
      const app = await NestFactory.create(root, adapterOf(adapter), {
        logger: false,
        forceCloseConnections: true,
      });
      apps.push(app);
      await (typeof where === 'number' ? app.listen(where, '127.0.0.1') : app.listen(where));
      return app;
    }

    beforeAll(async () => {
      const path = join(tmpdir(), `monitor-${randomUUID()}.sock`);
      const main = await listen({ token: TOKEN, allow: ['10.0.0.0/8'] }, 0);
      await listen({ allow: ['unix'] }, path);
      const apart = await listen({ port: 0 }, 0);
      const portOf = async (app: INestApplication) => new URL(await app.getUrl()).port;
      const [port, other] = [await portOf(main), await portOf(apart)];
      const snippets = [...documentedSnippets(), ...OTHERS].map(([name, snippet]): [string, string] => [
        name,
        snippet
          .replaceAll('127.0.0.1:3000', `127.0.0.1:${name === 'another port' ? other : port}`)
          .replaceAll('unix:/run/app.sock', `unix:${path}`),
      ]);
      nginx = await Nginx.start(NGINX.path ?? '', new Map(snippets));
    });
    afterAll(async () => {
      await nginx?.stop();
      await Promise.all(apps.map((app) => app.close()));
    });

    const ask = async (name: string, peer: string, ...headers: string[]) => {
      const lines = [
        'GET /monitor HTTP/1.1',
        'Host: localhost',
        `X-Test-Peer: ${peer}`,
        ...headers,
        'Connection: close',
      ];
      return statusesOf(await sendRaw(nginx.socketOf(name), [...lines, '', ''].join('\r\n')))[0];
    };

    it.each([
      'the usual',
      'addressed',
      'closed',
      'by token',
      'by unix socket',
      'only the scheme',
      'only X-Real-IP',
    ])('refuses clients of other machines: %s', async (name) => {
      expect(await ask(name, '203.0.113.7')).toBe(403);
      expect(await ask(name, '2001:db8::1')).toBe(403);
      expect(await ask(name, '203.0.113.7', 'X-Forwarded-For: 127.0.0.1')).toBe(403);
      expect(await ask(name, '203.0.113.7', 'X-Real-IP: 127.0.0.1', 'Forwarded: for=127.0.0.1')).toBe(403);
    });

    it.each(['Forwarded', 'as ingress-nginx does'])('refuses clients of other machines: %s', async (name) => {
      expect(await ask(name, '203.0.113.7')).toBe(403);
      expect(await ask(name, '203.0.113.7', 'X-Forwarded-For: 127.0.0.1', 'Host: localhost')).not.toBe(200);
    });

    it('refuses even clients on this machine when nginx adds more than addresses', async () => {
      for (const name of ['the usual', 'only the scheme', 'as ingress-nginx does']) {
        expect(await ask(name, '127.0.0.1'), name).toBe(403);
      }
    });

    it('allows clients on this machine or in an allowed network when nginx adds only their address', async () => {
      for (const name of ['addressed', 'only X-Real-IP', 'Forwarded']) {
        expect(await ask(name, '127.0.0.1'), name).toBe(200);
        expect(await ask(name, '10.1.2.3'), name).toBe(200);
      }
      expect(await ask('by unix socket', '127.0.0.1')).toBe(200);
      expect(await ask('addressed', '127.0.0.1', 'X-Forwarded-For: 203.0.113.7')).toBe(403);
    });

    it('allows any client that sends the token', async () => {
      const bearer = (token: string) => `Authorization: Bearer ${token}`;
      expect(await ask('by token', '203.0.113.7', bearer(TOKEN))).toBe(200);
      expect(await ask('by token', '203.0.113.7', bearer(`${TOKEN}s`))).toBe(403);
      expect(await ask('by token', '203.0.113.7')).toBe(403);
    });

    it('cannot be reached through nginx when it has its own port', async () => {
      expect(await ask('another port', '203.0.113.7')).toBe(404);
    });

    it('cannot distinguish a bare nginx from a local client, as the documentation says', async () => {
      for (const name of ['bare', 'bare, HTTP/1.1', 'bare, by unix socket']) {
        expect(await ask(name, '203.0.113.7'), name).toBe(200);
      }
      // It can if nginx forwards the Host header and the client uses the name of the server.
      expect(await ask('only the Host', '203.0.113.7')).toBe(200);
      const answer = await sendRaw(
        nginx.socketOf('only the Host'),
        'GET /monitor HTTP/1.1\r\nHost: app.example.com\r\nX-Test-Peer: 203.0.113.7\r\nConnection: close\r\n\r\n',
      );
      expect(statusesOf(answer)).toEqual([403]);
    });
  },
);
