// Prints the OpenAPI document that the server answers at /openapi.json.
import { openApiDocument } from '../src/rest/openapi.ts';

console.log(JSON.stringify(openApiDocument(), undefined, 2));
