/**
 * The script of a page that runs the shared cases of tests/vectors. vectors-bundle.js bundles this script.
 *
 * In: the name of a file. Out: how many cases ran, and the failed cases with their errors.
 */
import * as browser from 'nocodb-bitbucket-auth/browser';
import * as oauth from 'nocodb-bitbucket-auth/oauth';
import { nextLinkOf } from '../../../js/api/paginate.js';
import { isObject, membersToJson, readArgument } from '../../../js/arguments.js';
import { core as pageCore } from '../../../js/browser/core.js';
import { core } from '../../../js/core.js';
import { readEnvironment } from '../../../js/nocodb/environment.js';
import { pageUrl } from '../../../js/nocodb/lists.js';
import { createInterpreter } from '../../js/vectors.js';

const runCases = createInterpreter({
  browser, core, isObject, membersToJson, nextLinkOf, oauth, pageUrl, pageCore, readArgument, readEnvironment,
});

window.runVectors = async (file) => {
  const response = await fetch(`/vectors/${file}.json`);
  const { cases } = await response.json();
  return runCases(file, cases);
};
document.documentElement.dataset.ready = 'yes';
