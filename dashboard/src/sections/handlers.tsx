import { GroupTable } from '../components/group-table.js';
import { groupsOf } from '../data/groups.js';
import { usePage } from '../state.js';
import type { Section } from './section.js';

const isFailure = ({ outcome }: Readonly<Record<string, string>>) => outcome === 'error';

function Handlers() {
  const page = usePage();
  const handlerGroups = groupsOf(page, {
    counter: 'handler_calls',
    histogram: 'handler_duration',
    by: ['transport', 'handler'],
    isFailure,
  });
  const jobs = groupsOf(page, { counter: 'job_runs', histogram: 'job_duration', by: ['job'], isFailure });
  return (
    <>
      {handlerGroups.length > 0 && (
        <>
          <h2>Handlers of messages, events and GraphQL operations</h2>
          <GroupTable
            caption="Handlers"
            groups={handlerGroups}
            subject={{ title: 'Handler', label: 'handler', prefix: 'transport' }}
            unit="calls"
            failureTitle="Errors"
            empty=""
          />
        </>
      )}
      {jobs.length > 0 && (
        <>
          <h2>Scheduled jobs</h2>
          <GroupTable
            caption="Scheduled jobs"
            groups={jobs}
            subject={{ title: 'Job', label: 'job' }}
            unit="runs"
            failureTitle="Failed"
            empty=""
          />
        </>
      )}
    </>
  );
}

export const handlers: Section = {
  id: 'handlers',
  title: 'Handlers and jobs',
  Content: Handlers,
  isShown: ({ store }) => store.series.some(({ name }) => name === 'handler_calls' || name === 'job_runs'),
};
