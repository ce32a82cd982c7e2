import { ownCopy } from '../../common/own-copy.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import { MAX_LABEL_LENGTH } from '../../metrics/series/labels.js';
import { HostMetrics } from './host-metrics.js';
import { UNIX_SOCKET } from './request-target.js';

/** The limit of hosts with series of their own: a crawler may call any number of hosts. */
const MAX_HOSTS = 100;

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** Finds the metrics of a host. */
export class OutgoingMetrics {
  /** By scheme and authority, as clients provide them. Several of these can be the same host. */
  private readonly known = new Map<string, Map<string, HostMetrics>>();
  private knownCount = 0;
  private readonly hosts = new Map<string, HostMetrics>();
  private overflow: HostMetrics | undefined;

  constructor(private readonly registry: MetricsRegistry) {}

  /**
   * The metrics of a host. The parameters are not joined, since that would take longer than looking up both.
   *
   * @param scheme such as `http:`; empty if `authority` is a whole origin.
   * @param authority such as `localhost:3000`, or `UNIX_SOCKET`.
   */
  of(scheme: string, authority: string): HostMetrics {
    return this.known.get(scheme)?.get(authority) ?? this.find(scheme, authority);
  }

  private find(scheme: string, authority: string): HostMetrics {
    const host = hostLabel(scheme, authority);
    const metrics = this.hosts.get(host) ?? this.add(host);
    if (metrics !== this.overflow && this.knownCount < 2 * MAX_HOSTS) {
      this.knownCount++;
      const ofScheme = this.known.get(scheme) ?? new Map<string, HostMetrics>();
      this.known.set(scheme, ofScheme.set(ownCopy(authority), metrics));
    }
    return metrics;
  }

  private add(host: string): HostMetrics {
    if (this.hosts.size >= MAX_HOSTS) return (this.overflow ??= new HostMetrics(this.registry, undefined));
    const own = ownCopy(host);
    const metrics = new HostMetrics(this.registry, own);
    this.hosts.set(own, metrics);
    return metrics;
  }
}

/** Host and port, without user, password and path. A path of a Unix socket would be a series for each. */
function hostLabel(scheme: string, authority: string): string {
  if (authority === UNIX_SOCKET) return 'unix';
  let label = 'unknown';
  try {
    const { protocol, hostname, port } = new URL(scheme === '' ? authority : `${scheme}//${authority}`);
    label = `${hostname}:${port || (DEFAULT_PORTS[protocol] ?? '')}`;
  } catch {
    // A client can be given any text as its host.
  }
  return label.slice(0, MAX_LABEL_LENGTH);
}
