// What the build puts in: the version, and shell and Python sources as text.
declare const LAB_VERSION: string;
declare module "*.sh" {
  const text: string;
  export default text;
}
declare module "*.py" {
  const text: string;
  export default text;
}
