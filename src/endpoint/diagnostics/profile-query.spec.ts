import { expect, it } from 'vitest';
import { profileQuery } from './profile-query.js';

it.each([
  ['application/json', 'v8'],
  ['application/json, text/plain, */*', 'v8'],
  ['application/json;q=0.9, */*;q=0.1', 'v8'],
  ['application/json;q=0, text/plain', 'table'],
  ['application/json;q=0.5, text/plain', 'table'],
  ['application/octet-stream', 'pprof'],
  ['application/x-protobuf;q=0.5, application/json;q=0.4', 'pprof'],
  ['application/octet-stream;q=0, application/json', 'v8'],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'table'],
  ['application/json;q=0.5, */*', 'v8'],
  ['*/*', 'table'],
  ['application/*', 'table'],
])('a profile for a client that accepts %s is in the format %s', (accept, format) => {
  expect(profileQuery('cpu', new URLSearchParams(), { accept }).format).toBe(format);
});
