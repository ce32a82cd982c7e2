import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { last } from '../support/present.js';

const DOCS = fileURLToPath(new URL('../../docs/access.md', import.meta.url));

/** The snippets for nginx in the documentation, by the words before the colon or comma of their first line. */
export function documentedSnippets(): Map<string, string> {
  const blocks = readFileSync(DOCS, 'utf8').matchAll(/^```nginx\n# ([^:,\n]+)([^]*?)^```$/gm);
  return new Map([...blocks].map(([, name = '', rest = '']) => [name, `# ${name}${rest}`]));
}

/**
 * A real nginx with a server for each of these snippets, on a unix socket of its own. It takes the address of its
 * client from the header X-Test-Peer, which simulates clients on other machines.
 */
export class Nginx {
  private readonly directory = mkdtempSync(join(tmpdir(), 'monitor-nginx-'));

  private constructor(private readonly names: string[]) {}

  static async start(program: string, snippets: ReadonlyMap<string, string>): Promise<Nginx> {
    const nginx = new Nginx([...snippets.keys()]);
    await nginx.run(program, [...snippets.values()]);
    return nginx;
  }

  stop: () => Promise<void> = async () => {};

  /** The path of the socket where the server of a snippet listens. */
  socketOf(name: string): string {
    return join(this.directory, `${this.names.indexOf(name)}.sock`);
  }

  private async run(program: string, snippets: string[]): Promise<void> {
    const config = join(this.directory, 'nginx.conf');
    writeFileSync(config, this.configOf(snippets));
    const child = spawn(program, ['-p', this.directory, '-c', config, '-e', 'stderr'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const ended = once(child, 'exit');
    this.stop = async () => {
      child.kill('SIGTERM');
      await ended;
      rmSync(this.directory, { recursive: true, force: true });
    };
    while (!(await isListening(this.socketOf(last(this.names))))) {
      if (child.exitCode !== null) throw new Error(`nginx ended: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  private configOf(snippets: string[]): string {
    const servers = snippets.map(
      (snippet, index) => `server { listen unix:${join(this.directory, `${index}.sock`)};\n${snippet}\n}`,
    );
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (kind) => `${kind}_temp_path ${join(this.directory, kind)};`,
    );
    return `
      daemon off; master_process off; pid ${join(this.directory, 'pid')};
      events {}
      http {
        access_log off; ${temporary.join(' ')}
        set_real_ip_from unix:; real_ip_header X-Test-Peer;
        ${servers.join('\n')}
      }`;
  }
}

async function isListening(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
