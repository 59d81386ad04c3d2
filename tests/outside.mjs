// Replays recorded exchanges through Prism, a validating proxy: <prism> <exchanges.jsonl> <openapi.json>…
// Prism stands before a server that gives the recorded answers, and names in the header field sl-violations what breaks the document.
// An answer may break nothing; a request may where it was refused.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, request as send } from "node:http";

const [prism, recording, ...documents] = process.argv.slice(2);
const least = Number(process.env.QIBIN_LEAST ?? 2000);
const exchanges = readFileSync(recording, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
const keptOut = new Set(["connection", "transfer-encoding", "content-length", "host", "date", "content-encoding"]);
const passed = (headers) => Object.fromEntries(Object.entries(headers).filter(([name]) => !keptOut.has(name.toLowerCase())));

const upstream = createServer((request, response) => {
  const { status, answered } = exchanges[request.headers["x-exchange"]];
  request.resume();
  response.writeHead(status, passed(answered.headers)).end(Buffer.from(answered.body, "base64"));
});
await new Promise((ready) => upstream.listen(0, "127.0.0.1", ready));

const operations = new Map();
const proxies = await Promise.all(documents.map(async (file, i) => {
  const port = await free();
  for (const path of Object.values(JSON.parse(readFileSync(file, "utf8")).paths)) {
    for (const operation of Object.values(path)) {
      if (operation.operationId) operations.set(operation.operationId, port);
    }
  }
  const started = spawn(prism, ["proxy", file, `http://127.0.0.1:${upstream.address().port}`, "-p", `${port}`, "-h", "127.0.0.1"]);
  started.stderr.pipe(process.stderr);
  await new Promise((ready, failed) => {
    started.stdout.on("data", (text) => `${text}`.includes("Prism is listening") && ready());
    started.on("exit", (code) => failed(new Error(`Prism of ${file} ended with ${code}`)));
  });
  started.removeAllListeners("exit");
  return started;
}));

const breaches = [];
const seen = new Set();
for (const [n, exchange] of exchanges.entries()) {
  const violations = await throughAsync(n, exchange);
  seen.add(`${exchange.operation} ${exchange.status}`);
  for (const violation of violations.filter((v) => v.severity === "Error" && (exchange.status < 300 || v.location[0] === "response"))) {
    breaches.push(`${exchange.operation} ${exchange.method} ${exchange.path} ${exchange.status}: ${violation.location.join("/")} ${violation.message}`);
  }
}

for (const proxy of proxies) proxy.kill();
upstream.close();
for (const breach of breaches.slice(0, 100)) console.error(breach);
const without = [...operations.keys()].filter((id) => !exchanges.some((exchange) => exchange.operation === id));
console.log(`Prism: ${exchanges.length} exchanges, ${operations.size - without.length} of ${operations.size} operations, `
  + `${seen.size} operations with status, ${breaches.length} breaches`);
if (without.length > 0) console.error(`Without an exchange: ${without.join(", ")}`);
process.exit(breaches.length > 0 || without.length > 0 || exchanges.length < least ? 1 : 0);

/** What Prism finds in one exchange. */
function throughAsync(n, { operation, method, path, sent, status }) {
  const body = Buffer.from(sent.body, "base64");
  // What is no JSON, Prism does not pass on; it is the answer that counts.
  const whole = status < 300 || isJson(body) ? body : Buffer.alloc(0);
  const headers = { ...passed(sent.headers), authorization: "Bearer x", "x-exchange": `${n}` };
  if (whole.length === 0) delete headers["Content-Type"];
  return new Promise((found, failed) => {
    const outgoing = send({ host: "127.0.0.1", port: operations.get(operation), method, path, headers }, (response) => {
      response.resume();
      response.on("end", () => {
        if (response.statusCode !== status) {
          failed(new Error(`${operation} ${method} ${path}: Prism answers ${response.statusCode}, recorded is ${status}`));
        } else {
          found(JSON.parse(response.headers["sl-violations"] ?? "[]"));
        }
      });
    });
    outgoing.on("error", failed);
    outgoing.end(whole);
  });
}

function isJson(body) {
  try {
    JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
    return true;
  } catch {
    return false;
  }
}

/** A port at which nobody listens. */
function free() {
  return new Promise((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });
}
