import type { Peer } from '../peer.js';
import { careless } from './careless.js';
import { emmett } from './emmett.js';
import { maskline } from './maskline.js';

/** Every store that readers and writers may be started for. */
export const peers: Readonly<Record<string, Peer>> = { maskline, emmett, careless };
