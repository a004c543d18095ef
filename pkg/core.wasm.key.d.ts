declare const key: symbol;
export default key;
export const hash: string;
export const section: string;
export const build: string;
