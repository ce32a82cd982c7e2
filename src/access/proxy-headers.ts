/** Headers with the address of the client: one, or a list that is separated by commas. */
const ADDRESS_HEADERS = new Set([
  // Common.
  'x-forwarded-for',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-original-forwarded-for',
  'x-envoy-external-address',
  // Akamai and Cloudflare, Fastly, Fly.io, Google, Azure, Vercel, Netlify, DigitalOcean, Alibaba, Sucuri, Imperva.
  'true-client-ip',
  'akamai-client-ip',
  'cf-connecting-ip',
  'cf-connecting-ipv6',
  'cf-pseudo-ipv4',
  'fastly-client-ip',
  'fly-client-ip',
  'x-appengine-user-ip',
  'x-azure-clientip',
  'x-azure-socketip',
  'x-vercel-forwarded-for',
  'x-nf-client-connection-ip',
  'do-connecting-ip',
  'ali-cdn-real-ip',
  'cdn-src-ip',
  'x-sucuri-clientip',
  'incap-client-ip',
  // Older ones: WebLogic, Squid, and hand-written configurations.
  'wl-proxy-client-ip',
  'proxy-client-ip',
  'client-ip',
  'forwarded-for',
  'x-forwarded',
  'x-remote-ip',
  'x-remote-addr',
  'x-originating-ip',
  'x-proxyuser-ip',
  'x-true-client-ip',
]);

/** Headers that only proxies add, without the address of the client. */
const PROXY_HEADERS = new Set([
  'via',
  'cdn-loop',
  'client-cert',
  'client-cert-chain',
  'early-data',
  'front-end-https',
  'surrogate-capability',
  'x-client-cert',
  'x-host',
  'x-http-via',
  'x-rewrite-url',
  'x-scheme',
  'x-url-scheme',
  'x-varnish',
]);

/** The same, by prefix: of proxies in general, vendors and service meshes. */
const PROXY_FAMILIES = new RegExp(
  `^(?:${[
    'x-(?:forwarded|original|real|proxy|ssl|client-cert)',
    'ssl-client',
    'x-(?:envoy|arr|azure|appengine|goog-iap|akamai|fastly|vercel|nf|sucuri)',
    'x-amz-cf',
    'x-amzn-(?:oidc|tls)',
    'akamai|cf|cloudfront|fastly|fly|incap|l5d|tailscale|wl-proxy',
  ].join('|')})-`,
);

/** The format of a header that proxies add; `proxy` is one without an address. */
export type ProxyHeaderKind = 'forwarded' | 'addresses' | 'proxy' | undefined;

/** @param name in lower case. @returns `undefined` for any other header. */
export function proxyHeaderKind(name: string): ProxyHeaderKind {
  if (name === 'forwarded') return 'forwarded';
  if (ADDRESS_HEADERS.has(name)) return 'addresses';
  return PROXY_HEADERS.has(name) || PROXY_FAMILIES.test(name) ? 'proxy' : undefined;
}
