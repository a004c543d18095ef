export default Symbol.for('nocodb-bitbucket-auth/core.wasm/7c730d92c437090f872867b34d6f79f301251f9fb0d570f01b577f6b95165ac6');
export const hash = '7c730d92c437090f872867b34d6f79f301251f9fb0d570f01b577f6b95165ac6';
export const section = 'nocodb-bitbucket-auth';
export const build = '34211aba4680d85e42a2a6532befe063b89f8ea2266fbeec83619048b92701d9';
