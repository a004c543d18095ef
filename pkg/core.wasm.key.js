export const hash = '8bddb696ccc4746f3c88f574738ea51b2a261a79a0fa96bfd7daf9f4328d4cb6';
export const section = 'nocodb-bitbucket-auth';
export const build = 'a4af399c48bc6b1d25374fb1f08f1a709a77740a63990550096d536eae320751';
export const key = Symbol.for('nocodb-bitbucket-auth/core.wasm/8bddb696ccc4746f3c88f574738ea51b2a261a79a0fa96bfd7daf9f4328d4cb6');
