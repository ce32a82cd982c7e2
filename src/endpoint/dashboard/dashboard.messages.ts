/** What a client gets that asks for a file of another version of the page. */
export const NO_SUCH_ASSET = 'The dashboard has no such file. Load the page again.\n';
