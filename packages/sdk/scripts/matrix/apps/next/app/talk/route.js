import * as sdk from '@duet/sdk';
import { talk } from '../../talk.js';
import { url } from '../../url.js';

export const dynamic = 'force-dynamic';

export async function GET() {
  return new Response(await talk(sdk, { url }));
}
