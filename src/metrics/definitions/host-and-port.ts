/** The parts of `api.example.com:443` or `[::1]:3000`. Any other text is a host without a port. */
export function hostAndPort(text: string): { readonly host: string; readonly port: string | undefined } {
  const [, host, port] = /^(.*):(\d+)$/.exec(text) ?? [];
  return { host: (host ?? text).replace(/^\[(.*)\]$/, '$1'), port };
}
