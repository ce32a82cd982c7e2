/** Hours, minutes and seconds of a moment, in the time zone of the browser. */
export function clockTime(milliseconds: number): string {
  return new Date(milliseconds).toLocaleTimeString('en-GB');
}

/** A moment on an axis, without seconds if it is a whole minute. */
export function axisTime(milliseconds: number): string {
  const time = clockTime(milliseconds);
  return time.endsWith(':00') ? time.slice(0, -3) : time;
}

/** How long ago something was, rounded to one unit. */
export function ago(milliseconds: number, now = Date.now()): string {
  const passed = Math.max(0, Math.round((now - milliseconds) / 1000));
  if (passed < 60) return `${passed} s ago`;
  if (passed < 3600) return `${Math.round(passed / 60)} min ago`;
  return `${Math.round(passed / 3600)} h ago`;
}
