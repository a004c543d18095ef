/**
 * Uses the whole package as NocoDB does: shows the form, and exchanges a code for tokens.
 *
 * In: the module `nocodb-bitbucket-auth`. Environment variables contain the configuration of the client, and a code from the
 *   simulator with its verifier.
 * Out: the URL in the form and the tokens, as data, for the test to check.
 */
export async function entryScenario({ createEntry }) {
  const entry = createEntry(process.env);
  const { exchanged, ...form } = { form: entry.form, exchanged: await exchange(entry) };
  return { url: JSON.stringify(form).match(/https?:[^"]*\/site\/oauth2\/authorize[^"]*/)?.[0], tokens: exchanged };
}

const exchange = ({ wrapper: Wrapper }) => new Wrapper({}).exchangeToken({
  code: process.env.TEST_CODE,
  code_verifier: process.env.TEST_CODE_VERIFIER,
});
