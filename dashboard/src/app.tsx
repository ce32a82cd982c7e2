import { useEffect, useMemo, useState } from 'preact/hooks';
import { Findings } from './components/findings.js';
import { Notice } from './components/notice.js';
import { TopBar } from './components/top-bar.js';
import type { ConnectionState } from './data/connection.js';
import { Connection } from './data/connection.js';
import type { Finding } from './data/endpoint-types.js';
import { HistoryStore } from './data/history-store.js';
import { SECTIONS } from './sections/index.js';
import type { PageState, Range, Zoom } from './state.js';
import { PageContext } from './state.js';
import { useHash } from './use-hash.js';
import { useTheme } from './use-theme.js';

interface Props {
  /** Path of the endpoint, such as `/monitor`. */
  readonly base: string;
  readonly service: string;
}

export function App({ base, service }: Props) {
  const store = useMemo(() => new HistoryStore(), []);
  const [version, setVersion] = useState(0);
  const [connectionState, setConnectionState] = useState<ConnectionState>({ kind: 'loading' });
  const [findings, setFindings] = useState<readonly Finding[]>([]);
  const [restartedAt, setRestartedAt] = useState<number>();
  const [range, setRange] = useState<Range>('15m');
  const [isPaused, setPaused] = useState(false);
  const [zoom, setZoom] = useState<Zoom>();
  const [theme, toggleTheme] = useTheme();
  const hash = useHash();

  const connection = useMemo(
    () =>
      new Connection(base, store, {
        onState: setConnectionState,
        onData: () => setVersion((one) => one + 1),
        onFindings: setFindings,
        onRestart: () => setRestartedAt(Date.now()),
      }),
    [base],
  );
  useEffect(() => {
    connection.start();
    return () => connection.stop();
  }, [connection]);

  const current: PageState = {
    base,
    store,
    version,
    range,
    zoom,
    connection: connectionState,
    findings,
    setZoom,
  };
  const sections = SECTIONS.filter(({ isShown }) => isShown?.(current) ?? true);
  const open = sections.find(({ id }) => id === hash) ?? sections[0];
  // While the page is paused, it shows what it showed: only what the reader changes is drawn again.
  const shown = useMemo(
    () => current,
    [isPaused ? 'paused' : version, range, zoom, findings, connectionState, theme, open?.id],
  );

  return (
    <PageContext.Provider value={shown}>
      <a class="skip-link" href="#main" onClick={(event) => skipTo(event, 'main')}>
        Skip to the content
      </a>
      <TopBar
        service={service}
        instance={store.instance}
        uptime={uptimeOf(store)}
        isLive={connectionState.kind === 'live' && !isPaused}
        range={range}
        isPaused={isPaused}
        isDark={theme === 'dark'}
        onRange={(one) => {
          setZoom(undefined);
          setRange(one);
        }}
        onPause={() => setPaused(!isPaused)}
        onTheme={toggleTheme}
      />
      <Notice
        connection={connectionState}
        restartedAt={restartedAt}
        onRetry={() => connection.retryNow()}
        onDismissRestart={() => setRestartedAt(undefined)}
      />
      <Findings />
      <nav aria-label="Sections">
        {sections.map(({ id, title }) => (
          <a key={id} href={`#${id}`} aria-current={id === open?.id ? 'page' : undefined}>
            {title}
          </a>
        ))}
      </nav>
      <main id="main" tabIndex={-1}>
        <h2 class="visually-hidden">{open?.title}</h2>
        {connectionState.kind === 'loading' ? (
          <p class="empty">Loading the last hour…</p>
        ) : (
          open && <open.Content />
        )}
      </main>
    </PageContext.Provider>
  );
}

function uptimeOf({ instance }: HistoryStore): number | null {
  return instance === undefined ? null : (Date.now() - Date.parse(instance.start_time)) / 1000;
}

/** The address after `#` is that of a section, so the link moves the focus itself. */
function skipTo(event: Event, id: string): void {
  event.preventDefault();
  document.getElementById(id)?.focus();
}
