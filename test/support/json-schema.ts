// A check of values against JSON Schemas, as far as ours go: a keyword that it does not know is an error of the schema.

type Schema = Record<string, unknown>;

/** What is wrong with the schema itself, each with its place; empty when all is well. */
export function flaws(schema: unknown, at = "#"): string[] {
  if (typeof schema === "boolean") return [];
  if (!isObject(schema)) return [`${at} is no schema`];
  return Object.entries(schema).flatMap(([keyword, value]) => {
    const where = `${at}/${keyword}`;
    const shape = keywords[keyword];
    if (!shape) return [`${where} is no keyword that is known here`];
    if (shape === "schemas") return isObject(value) ? named(value, where) : [`${where} is no object`];
    if (shape === "schema") return flaws(value, where);
    if (shape === "list")
      return Array.isArray(value) && value.length > 0 ? named({ ...value }, where) : [`${where} is no list`];
    return shape(value) ? [] : [`${where} cannot be ${JSON.stringify(value)}`];
  });
}

const types = ["string", "number", "integer", "boolean", "object", "array", "null"];
const isText = (value: unknown) => typeof value === "string";
const isCount = (value: unknown) => typeof value === "number" && value >= 0 && Number.isInteger(value);
const keywords: Record<string, "schema" | "schemas" | "list" | ((value: unknown) => boolean)> = {
  $schema: isText,
  title: isText,
  description: isText,
  type: (value) => types.includes(String(value)),
  const: () => true,
  enum: (value) => Array.isArray(value) && value.length > 0,
  properties: "schemas",
  required: (value) => Array.isArray(value) && value.every(isText) && new Set(value).size === value.length,
  additionalProperties: "schema",
  propertyNames: "schema",
  items: "schema",
  prefixItems: "list",
  anyOf: "list",
  oneOf: "list",
  pattern: (value) => isText(value) && new RegExp(String(value), "u") !== undefined,
  minimum: (value) => typeof value === "number",
  maximum: (value) => typeof value === "number",
  minLength: isCount,
  maxLength: isCount,
  maxItems: isCount,
  minItems: isCount,
};

function named(schemas: Schema, at: string): string[] {
  return Object.entries(schemas).flatMap(([name, schema]) => flaws(schema, `${at}/${name}`));
}

/** What of the value breaches the schema, each with its place; empty when it fits. */
export function breaches(schema: unknown, value: unknown, at = "$"): string[] {
  if (typeof schema === "boolean") return schema ? [] : [`${at} may not be`];
  const found: string[] = [];
  const no = (why: string) => found.push(`${at} ${why}: ${JSON.stringify(value)?.slice(0, 80)}`);
  const {
    type,
    properties = {},
    required = [],
    additionalProperties,
    propertyNames,
    items,
    prefixItems = [],
    anyOf,
    oneOf,
  } = schema as {
    type?: string;
    properties?: Record<string, Schema>;
    required?: string[];
    additionalProperties?: unknown;
    propertyNames?: Schema;
    items?: unknown;
    prefixItems?: Schema[];
    anyOf?: Schema[];
    oneOf?: Schema[];
  };
  const limits = schema as { const?: unknown; enum?: unknown[]; pattern?: string; minimum?: number; maximum?: number };
  if (type !== undefined && !isOf(type, value)) no(`is no ${type}`);
  if ("const" in limits && value !== limits.const) no(`is not ${JSON.stringify(limits.const)}`);
  if (limits.enum && !limits.enum.includes(value)) no("is none of those that may be");
  if (limits.pattern !== undefined && isText(value) && !new RegExp(limits.pattern, "u").test(String(value)))
    no(`does not match ${limits.pattern}`);
  if (limits.minimum !== undefined && typeof value === "number" && value < limits.minimum) no("is too small");
  if (limits.maximum !== undefined && typeof value === "number" && value > limits.maximum) no("is too large");
  if (anyOf && !anyOf.some((one) => breaches(one, value, at).length === 0)) no("fits none of its forms");
  if (oneOf && oneOf.filter((one) => breaches(one, value, at).length === 0).length !== 1) no("fits not one form alone");
  if (Array.isArray(value))
    value.forEach((item, i) => {
      const own = prefixItems[i] ?? items;
      if (own !== undefined) found.push(...breaches(own, item, `${at}.${i}`));
    });
  if (isObject(value)) {
    for (const name of required) if (!Object.hasOwn(value, name)) found.push(`${at}.${name} is missing`);
    for (const [name, item] of Object.entries(value)) {
      const own = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
      if (own !== undefined) found.push(...breaches(own, item, `${at}.${name}`));
      if (propertyNames) found.push(...breaches(propertyNames, name, `${at}.${name} (its name)`));
    }
  }
  return found;
}

function isOf(type: string, value: unknown): boolean {
  if (type === "object") return isObject(value);
  if (type === "array") return Array.isArray(value);
  if (type === "null") return value === null;
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
}

function isObject(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
