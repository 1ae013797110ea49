-- Sends one request again and again, or with another artefact each time, and checks what comes back.
--
-- Arguments: the request as it goes over the wire, with @@ARTEFACT@@ where an artefact belongs; the file of artefacts, one
-- per line, or "-"; how they are used (`cycle`: all, again and again; `once`: each a single time); the status that every
-- answer must have; a text that must be in answers which are no success.

local threads = {}

function setup(thread)
  thread:set("index", #threads)
  table.insert(threads, thread)
end

local function read(name)
  local file = assert(io.open(name, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

-- Each thread takes every n-th artefact, so no two use the same.
local function share_of(name, count)
  local share = {}
  local line_number = 0
  for line in io.lines(name) do
    if line_number % count == index then share[#share + 1] = line end
    line_number = line_number + 1
  end
  return share
end

function init(arguments)
  local text = read(arguments[1])
  local use = arguments[3]
  local expected = tonumber(arguments[4])
  local needle = arguments[5]
  unexpected = 0
  exhausted = 0

  if arguments[2] == "-" then
    request = function() return text end
  else
    local from, to = text:find("@@ARTEFACT@@", 1, true)
    local before, after = text:sub(1, from - 1), text:sub(to + 1)
    local artefacts = share_of(arguments[2], tonumber(arguments[6]))
    local last, position = #artefacts, 0
    request = function()
      position = position + 1
      if position > last then
        if use == "once" then exhausted = 1 end
        position = 1
      end
      return before .. artefacts[position] .. after
    end
  end

  -- wrk counts statuses above 399 by itself. Only where a refusal is expected each answer is looked at here: to do so
  -- makes wrk keep the headers and the body of every answer, which costs it more than the rest together.
  if expected > 399 then
    response = function(status, headers, body)
      if status ~= expected or not body:find(needle, 1, true) then unexpected = unexpected + 1 end
    end
  end
  refusals_expected = expected > 399 and 1 or 0
  io.stderr:write("ready\n")
end

function done(summary, latency)
  local unexpected, exhausted, refusals_expected = 0, 0, 0
  for _, thread in ipairs(threads) do
    unexpected = unexpected + thread:get("unexpected")
    exhausted = exhausted + thread:get("exhausted")
    refusals_expected = thread:get("refusals_expected")
  end
  if refusals_expected == 0 then unexpected = summary.errors.status end
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format(
    '\nresult: {"requests":%d,"micros":%d,"bytes":%d,"unexpected":%d,"failed":%d,"exhausted":%s,'
      .. '"p50":%d,"p99":%d,"p999":%d,"max":%d}\n',
    summary.requests, summary.duration, summary.bytes, unexpected, failed,
    exhausted > 0 and "true" or "false",
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9), latency.max
  ))
end
