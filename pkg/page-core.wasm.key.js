export const hash = '4945a35f8dcfe822011a1f8ec5e9458777379d82a0b25144a7d5c2c2f47f9ac1';
export const section = 'nocodb-bitbucket-auth';
export const build = 'a280ed37a7aa4948916e194f4ebc6dc22d59e2b9132510108c9ec091c9dd3c0d';
export const key = Symbol.for('nocodb-bitbucket-auth/page-core.wasm/4945a35f8dcfe822011a1f8ec5e9458777379d82a0b25144a7d5c2c2f47f9ac1');
