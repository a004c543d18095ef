export default Symbol.for('nocodb-bitbucket-auth/core.wasm/82741da30fc476123c24dfee75e3945695320efc27252e595e84f831641b6dbe');
export const hash = '82741da30fc476123c24dfee75e3945695320efc27252e595e84f831641b6dbe';
export const section = 'nocodb-bitbucket-auth';
export const build = '3caa150add00cd3d3e4695d01c2dcc2accbae2bb0a1982468683b15db6c25ad8';
