-- Sends requests again and again, or with another credential each time, and checks what comes back. For one thread of wrk.
--
-- Arguments: the status that every answer must have; a text that must be in answers which are no success; then for each
-- request: the request as it goes over the wire, with @@CREDENTIAL@@ where a credential belongs; the file of credentials, one
-- per line, or "-"; how they are used (`cycle`: all, again and again; `once`: each a single time); its weight among the
-- requests, a whole number.

local thread

function setup(only)
  thread = only
end

local function read(name)
  local file = assert(io.open(name, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

-- A function that gives the text of one request after the other.
local function sender_of(request_file, credential_file, use)
  local text = read(request_file)
  if credential_file == "-" then
    return function() return text end
  end
  local from, to = text:find("@@CREDENTIAL@@", 1, true)
  local before, after = text:sub(1, from - 1), text:sub(to + 1)
  local credentials = {}
  for line in io.lines(credential_file) do credentials[#credentials + 1] = line end
  local last, position = #credentials, 0
  return function()
    position = position + 1
    if position > last then
      if use == "once" then exhausted = 1 end
      position = 1
    end
    return before .. credentials[position] .. after
  end
end

-- The senders of a mix in an order that chance gave, as often as their weights say.
local function mix_of(deck)
  math.randomseed(1)
  for last = #deck, 2, -1 do
    local other = math.random(last)
    deck[last], deck[other] = deck[other], deck[last]
  end
  local position = 0
  return function()
    position = position % #deck + 1
    return deck[position]()
  end
end

function init(arguments)
  local expected = tonumber(arguments[1])
  local needle = arguments[2]
  unexpected = 0
  exhausted = 0
  refusals_expected = expected > 399 and 1 or 0

  local deck = {}
  for first = 3, #arguments, 4 do
    local sender = sender_of(arguments[first], arguments[first + 1], arguments[first + 2])
    for _ = 1, tonumber(arguments[first + 3]) do deck[#deck + 1] = sender end
  end
  request = #deck == 1 and deck[1] or mix_of(deck)

  -- wrk counts statuses above 399 by itself. Only where a refusal is expected each answer is looked at here: to do so
  -- makes wrk keep the headers and the body of every answer, which costs it more than the rest together.
  if expected > 399 then
    response = function(status, headers, body)
      if status ~= expected or not body:find(needle, 1, true) then unexpected = unexpected + 1 end
    end
  end
  io.stderr:write("ready\n")
end

function done(summary, latency)
  local errors = summary.errors
  local unexpected = thread:get("refusals_expected") == 0 and errors.status or thread:get("unexpected")
  io.write(string.format(
    '\nresult: {"requests":%d,"micros":%d,"unexpected":%d,"failed":%d,"exhausted":%s,"p50":%d,"p99":%d,"p999":%d}\n',
    summary.requests, summary.duration, unexpected, errors.connect + errors.read + errors.write + errors.timeout,
    thread:get("exhausted") > 0 and "true" or "false",
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9)
  ))
end
