/** The answer to a request for an unknown file, such as one of another version of the page. */
export const NO_SUCH_ASSET = 'The dashboard has no such file. Load the page again.\n';
