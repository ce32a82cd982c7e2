/** The parts of `api.example.com:443` or `[::1]:3000`. What is not of this form is a host. */
export function hostAndPort(text: string): { readonly host: string; readonly port: string | undefined } {
  const [, host, port] = /^(.*):(\d+)$/.exec(text) ?? [];
  return { host: (host ?? text).replace(/^\[(.*)\]$/, '$1'), port };
}
