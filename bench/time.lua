-- Lua's half of the benchmarks: times one program.
--
--     lua5.4 bench/time.lua bench/fibonacci.lua WANTED      prints nanoseconds of CPU time per run, a batch a line

local BATCHES = 15
local BATCH_SECONDS = 0.02
local WARM_UP_SECONDS = 0.1

local path, wanted = arg[1], arg[2]
local run = dofile(path)
local result = string.format('%d', run())
if result ~= wanted then
    error(string.format('%s gave %s, not %s', path, result, wanted))
end

local function seconds(count)
    local start = os.clock()
    for _ = 1, count do
        run()
    end
    return os.clock() - start
end

local count, spent, took = 1, 0, 0
while spent < WARM_UP_SECONDS do
    took = seconds(count)
    spent = spent + took
    count = count * 2
end
local runs = math.ceil(BATCH_SECONDS * (count / 2) / took)
for _ = 1, BATCHES do
    print(string.format('%.3f', seconds(runs) / runs * 1e9))
end
