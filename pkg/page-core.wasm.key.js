export const hash = '0cdf7500316350d27f167274041bf059440d6dfdc458e0b4c295b2ce83075ddb';
export const section = 'nocodb-bitbucket-auth';
export const build = 'a755c109bff9c15c83c34a2403e8e8a6a9dbe52f8cfb3cac19a6d80601df66c2';
export const key = Symbol.for('nocodb-bitbucket-auth/page-core.wasm/0cdf7500316350d27f167274041bf059440d6dfdc458e0b4c295b2ce83075ddb');
