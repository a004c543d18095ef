export default Symbol.for('nocodb-bitbucket-auth/core.wasm/561a4329ff09490d6b114c503f8011470e9b19ae50bb0302f7a05de1b5b0bf72');
export const hash = '561a4329ff09490d6b114c503f8011470e9b19ae50bb0302f7a05de1b5b0bf72';
export const section = 'nocodb-bitbucket-auth';
export const build = 'ebb08d04867379664ef55fcfec3136271ed7ea50aa8dcf210d6218651a719984';
