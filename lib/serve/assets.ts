// The files of the page: which of them a path means, and how long a browser may keep them.

export interface Asset {
  type: string;
  content: string | Uint8Array;
}

/** By path: `/`, `/app.js`, `/chunk/…`. */
export type Assets = Readonly<Record<string, Asset>>;

const types: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  json: "application/json; charset=utf-8",
  wasm: "application/wasm",
  woff2: "font/woff2",
};

/** The media type of a file of the page by its name; undefined for one that the page does not load. */
export function assetType(name: string): string | undefined {
  const ending = /\.(\w+)$/.exec(name)?.[1] ?? "";
  return Object.hasOwn(types, ending) ? types[ending] : undefined;
}

/** The file of a path: one of that name, or the page itself, whose script knows what a path like `/runs/x` shows. */
export function assetFor(assets: Assets, pathname: string): Asset | undefined {
  if (Object.hasOwn(assets, pathname)) return assets[pathname];
  return isPage(pathname) ? assets["/"] : undefined;
}

/** What can be no page: what belongs to the API, and files by their endings. */
function isPage(pathname: string): boolean {
  return !/^\/(api|chunk)(\/|$)/.test(pathname) && !/^\/[^/]+\.(js|css|map|ico|png|svg|txt|json|html)$/.test(pathname);
}

/** Chunks have their content in their names, so that a browser needs never ask for one again. */
export function isForEver(pathname: string): boolean {
  return pathname.startsWith("/chunk/");
}
