import { GroupTable } from '../components/group-table.js';
import { groupsOf } from '../data/groups.js';
import { usePage } from '../state.js';
import type { Section } from './section.js';

function Routes() {
  const groups = groupsOf(usePage(), {
    counter: 'http_requests',
    histogram: 'http_request_duration',
    by: ['method', 'route'],
    isFailure: ({ status = '' }) => status.startsWith('5'),
  });
  return (
    <GroupTable
      caption="Routes"
      groups={groups}
      subject={{ title: 'Route', label: 'route', prefix: 'method' }}
      unit="requests"
      failureTitle="Errors"
      empty="No request has ended yet."
    />
  );
}

export const routes: Section = { id: 'routes', title: 'Routes', Content: Routes };
