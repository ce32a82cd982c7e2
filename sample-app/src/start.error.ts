/** The shop cannot start, for a reason that the user can fix. Only its message is printed. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
