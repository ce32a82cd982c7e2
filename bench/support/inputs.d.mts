export function nextLabels(): { method: string; route: string; status: number };
export function nextLatency(): number;
