import { createDuet } from '@duet/sdk';
import { DuetProvider, useConnection, useUnread } from '@duet/sdk/react';
import { renderToString } from 'react-dom/server';

const [url = '', name = ''] = process.argv.slice(2);
const duet = createDuet({ url, getToken: () => null });

function Badge() {
  return <b>{`${useUnread()} unread, ${useConnection().status}, ${name}`}</b>;
}

console.log(
  renderToString(
    <DuetProvider duet={duet}>
      <Badge />
    </DuetProvider>,
  ),
);
