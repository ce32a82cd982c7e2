import type { ComponentChildren } from 'preact';
import { Fragment } from 'preact';
import { useState } from 'preact/hooks';

export interface TableColumn<Row> {
  readonly title: string;
  /** What the rows are sorted by. Numbers are sorted from high to low first. */
  readonly sortValue: (row: Row) => string | number | null;
  readonly cell: (row: Row) => ComponentChildren;
  readonly isNumber?: boolean;
  readonly help?: string;
}

interface Props<Row> {
  readonly caption: string;
  readonly rows: readonly Row[];
  readonly columns: readonly TableColumn<Row>[];
  readonly keyOf: (row: Row) => string;
  /** The text that is searched. */
  readonly textOf: (row: Row) => string;
  /** Shown below a row when it is opened. */
  readonly detail?: (row: Row) => ComponentChildren;
  readonly empty: string;
  /** The title of the column to sort by at first. Default: the first one. */
  readonly sortedBy?: string;
  /** The CSS class of a row that stands out. */
  readonly classOf?: (row: Row) => string | undefined;
}

/** A table with fewer rows has no search box, unless they are searched already. */
const SEARCHED = 4;

/** A table that can be sorted by each column and searched. */
export function DataTable<Row>({
  caption,
  rows,
  columns,
  keyOf,
  textOf,
  detail,
  empty,
  sortedBy,
  classOf,
}: Props<Row>) {
  // By title: a column may be inserted before it.
  const [sort, setSort] = useState({ title: sortedBy, isReversed: false });
  const [query, setQuery] = useState('');
  const [opened, setOpened] = useState<string>();
  const column = columns.find(({ title }) => title === sort.title) ?? columns[0];
  const shown = rows
    .filter((row) => textOf(row).toLowerCase().includes(query.toLowerCase()))
    .toSorted((a, b) => (column === undefined ? 0 : compare(column, a, b, sort.isReversed)));

  const sortBy = (title: string) =>
    setSort({ title, isReversed: title === column?.title && !sort.isReversed });

  if (rows.length === 0) return <p class="empty">{empty}</p>;
  return (
    <div class="table">
      {(rows.length >= SEARCHED || query !== '') && (
        <label class="search">
          <span class="visually-hidden">Search {caption}</span>
          <input
            type="search"
            placeholder={`Search ${rows.length} rows`}
            value={query}
            onInput={(event) => setQuery(event.currentTarget.value)}
          />
        </label>
      )}
      <div class="table-scroll" tabIndex={0} role="region" aria-label={caption}>
        <table class="data">
          <caption class="visually-hidden">{caption}</caption>
          <thead>
            <tr>
              {columns.map(({ title, isNumber, help }) => (
                <th
                  key={title}
                  scope="col"
                  class={isNumber === true ? 'number' : undefined}
                  aria-sort={
                    title === column?.title
                      ? sort.isReversed === (isNumber === true)
                        ? 'ascending'
                        : 'descending'
                      : 'none'
                  }
                >
                  <button type="button" title={help} onClick={() => sortBy(title)}>
                    {title}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => {
              const key = keyOf(row);
              const isOpen = key === opened;
              return (
                <Fragment key={key}>
                  <tr class={isOpen ? 'open' : classOf?.(row)}>
                    {columns.map(({ title, cell, isNumber }, index) => (
                      <td key={title} class={isNumber === true ? 'number' : undefined}>
                        {index === 0 && detail !== undefined ? (
                          <button
                            type="button"
                            class="row-button"
                            aria-expanded={isOpen}
                            onClick={() => setOpened(isOpen ? undefined : key)}
                          >
                            {cell(row)}
                          </button>
                        ) : (
                          cell(row)
                        )}
                      </td>
                    ))}
                  </tr>
                  {isOpen && detail !== undefined && (
                    <tr>
                      <td colSpan={columns.length}>
                        <div class="detail">{detail(row)}</div>
                      </td>
                    </tr>
                  )}
                </Fragment>
              );
            })}
          </tbody>
        </table>
      </div>
      {shown.length === 0 && <p class="empty">No row matches the search.</p>}
    </div>
  );
}

function compare<Row>(
  { sortValue, isNumber }: TableColumn<Row>,
  a: Row,
  b: Row,
  isReversed: boolean,
): number {
  const [left, right] = [sortValue(a), sortValue(b)];
  // Rows without a value come last, in both orders.
  if (left === null || right === null) return Number(left === null) - Number(right === null);
  if (left === right) return 0;
  return (left < right ? -1 : 1) * ((isNumber === true) === isReversed ? 1 : -1);
}
