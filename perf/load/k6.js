// One operation without a pause: GET, or POST of a JSON body of five fields, as CASE says.
import http from "k6/http";

export const options = {
  vus: Number(__ENV.USERS),
  duration: `${__ENV.SECONDS}s`,
  insecureSkipTLSVerify: true, // the certificate is self-made
};

const names = ["amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath"];
const states = ["new", "open", "closed"];
const parameters = { headers: { "Content-Type": "application/json" } };
let number = 0;

function fiveFields() {
  number += 1;
  return JSON.stringify({
    name: names[number % 8],
    email: `user${number}@example.com`,
    count: number % 100,
    state: states[number % 3],
    price: (number % 1000) / 10,
  });
}

export default function () {
  if (__ENV.CASE === "post") {
    http.post(__ENV.TARGET, fiveFields(), parameters);
  } else {
    http.get(__ENV.TARGET);
  }
}
