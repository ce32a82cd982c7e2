/** The shop cannot open, for a reason that its user can mend. The message is all there is to say. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
