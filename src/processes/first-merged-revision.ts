/**
 * The first revision of merged numbers. It is higher than any revision of a registry, so that a reader which gets the numbers of this
 * process alone, and then merged ones, sees that the source has changed.
 */
export const FIRST_MERGED_REVISION = 2 ** 40;
