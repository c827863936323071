import type { Peer } from '../peer.js';
import { emmett } from './emmett.js';
import { maskline } from './maskline.js';

export const peers: Readonly<Record<string, Peer>> = { maskline, emmett };
