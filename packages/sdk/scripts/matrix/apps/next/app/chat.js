'use client';

import { createDuet } from '@duet/sdk';
import { DuetProvider, useConnection, useUnread } from '@duet/sdk/react';
import { url } from '../url.js';

const duet = createDuet({ url, getToken: () => null });

export function Chat() {
  return (
    <DuetProvider duet={duet}>
      <Status />
    </DuetProvider>
  );
}

function Status() {
  const { status } = useConnection();
  return <p>{`${status}, ${useUnread()} unread`}</p>;
}
