/**
 * Starts a profile of a server that ends when its client leaves. A server takes one profile at a time, and answers 409 to the
 * next one.
 *
 * @param {string} url of the server
 * @param {string} kind `cpu` or `allocations`
 * @returns {Promise<() => Promise<void>>} ends the profile
 */
export async function startProfile(url, kind) {
  const profileUrl = (seconds) => new URL(`/monitor/profile/${kind}?seconds=${seconds}`, url);
  const status = async () => {
    const response = await fetch(profileUrl(0.1));
    const text = await response.text();
    if (response.status !== 200 && response.status !== 409)
      throw new Error(`A profile was answered with ${response.status}: ${text}`);
    return response.status;
  };
  const client = new AbortController();
  let profile;
  const request = async () => {
    try {
      await (await fetch(profileUrl(60), { signal: client.signal })).text();
    } catch {
      // The client has left.
    } finally {
      profile = undefined;
    }
  };
  // The short profile that asks may come first: then the long one gets the 409, and is requested again.
  do profile ??= request();
  while ((await status()) !== 409);
  return async () => {
    client.abort();
    await profile;
    while ((await status()) === 409);
  };
}
