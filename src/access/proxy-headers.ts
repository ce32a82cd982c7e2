/** Each of these says for whom a request was forwarded: one address, or a list of them with commas between. */
const ADDRESS_HEADERS = new Set([
  // The usual ones.
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
  // Older ones, of WebLogic, Squid, and proxies that were set up by hand.
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

/** Only a proxy adds these, and they do not say for whom. */
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

/** The same, of families of headers: of proxies in general, of vendors, and of service meshes. */
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

/** What a header tells of how a request got here, by its name in lower case. */
export type ProxyHeaderKind = 'forwarded' | 'addresses' | 'proxy' | undefined;

/** `undefined` is a header that tells nothing of the kind. */
export function proxyHeaderKind(name: string): ProxyHeaderKind {
  if (name === 'forwarded') return 'forwarded';
  if (ADDRESS_HEADERS.has(name)) return 'addresses';
  return PROXY_HEADERS.has(name) || PROXY_FAMILIES.test(name) ? 'proxy' : undefined;
}
