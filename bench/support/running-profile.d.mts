export function startProfile(url: string, kind: 'cpu' | 'allocations'): Promise<() => Promise<void>>;
