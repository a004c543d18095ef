// Who takes part; the package itself first.
import * as arctic from '../peers/arctic.mjs';
import * as handWritten from '../peers/hand-written.mjs';
import * as oauth4webapi from '../peers/oauth4webapi.mjs';
import * as openidClient from '../peers/openid-client.mjs';
import * as plugin from '../peers/plugin.mjs';
import * as simpleOAuth2 from '../peers/simple-oauth2.mjs';

export const PEERS = [plugin, handWritten, oauth4webapi, openidClient, arctic, simpleOAuth2];

/** What a contestant does not check that the package does, by its name and the operation's. */
export const skips = Object.fromEntries(PEERS.map((peer) => [peer.name, peer.skips]));

/** Whether a contestant judges what it is given by an operation, or hands it on. */
export const judges = (name, operation) =>
  !PEERS.find((peer) => peer.name === name).unchecked?.includes(operation);

export const contestants = (settings) => Object.fromEntries(PEERS.map((peer) => [peer.name, peer.create(settings)]));
