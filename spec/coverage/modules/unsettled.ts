export const app = new Promise(() => {});
