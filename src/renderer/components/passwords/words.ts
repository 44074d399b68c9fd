/** Words for passwords that are read from paper and typed on a phone: short, plain, easy to spell, none of them like another. */
export const words: readonly string[] = `
acorn actor agent alarm album alder alert alley almond amber anchor angle ankle anthem apple apron arbor arch arena argon
armor arrow artist ashes aspen atlas attic audio august aunt autumn avenue award awning axis azure bacon badge badger bagel
bakery balcony ballad bamboo banana band banjo banner barley barn barrel basil basin basket bath baton battery bay bazaar
beach beacon bead beam bean bear beaver bedrock bee beetle bell belt bench berry bicycle birch bird biscuit bison blanket
blaze blender block bloom blossom blouse blue board boat bobbin bolt bonfire bonnet book boot border borrow bottle boulder
bounce bouquet bow bowl box bracket bramble branch brass bread breeze brick bridge bright broccoli bronze brook broom brother
brown brush bubble bucket buckle budget buffalo bugle builder bulb bundle bunny burger burrow bus bush butter button cabin
cable cactus cafe cage cake calendar calf camel camera camp canal canary candle candy canoe canvas canyon cape captain caramel
caravan carbon card cargo carol carpet carrot cart castle cat cavern cedar celery cellar cello cement cereal chain chair chalk
champion channel chapel chapter charm chart cheese chef cherry chess chest chestnut chicken chief chimney chisel choir cider
cinema circle circus citrus city clam clarinet clay cliff climb clinic cloak clock cloth cloud clover coach coast coat cobalt
cobra cocoa coconut coffee coin collar colony comb comet comic compass concert condor cook copper coral cork corner cotton
couch cougar county cousin cover cow coyote crab cradle craft crane crater crayon cream creek crescent cricket crimson crocus
crow crown cruise crystal cube cuckoo cucumber cupboard curlew current curtain curve cushion cycle cymbal cypress daffodil
dahlia dairy daisy dancer dawn deck deer delta denim depot desert desk dessert dial diamond diary dinner dolphin domino donkey
door dough dove dragon drama drawer dream dress drift drum duck dune dusk eagle early earth easel echo edge eel elbow elder
elephant elk elm ember emblem emerald empire engine envelope equator escort estate evening exhibit fable fabric factory falcon
family fan farm feather fennel fern ferry fiddle field fig finch finger fire fish flag flame flannel flask flint flock flora
flour flower flute foam fog folder forest fork fossil fountain fox frame freight friend fringe frog frost fruit fudge funnel
gadget galaxy gallery gallop garage garden garlic garnet gate gazelle gecko gentle geyser giant ginger giraffe glacier glass
glider globe glove goat gold goose gopher grain granite grape grass gravel gravity green grove guitar gull gum gym hail hammer
hammock hamster harbor harp harvest hat hawk hazel heart hedge helmet herb hermit heron hickory hiker hill hippo hive hobby
hockey holiday hollow honey hoof horizon horn horse hose hotel hour house hunter hurdle husky iceberg icicle igloo index indigo
ink insect invite iris iron island ivory ivy jacket jaguar jam jar jasmine jelly jersey jewel jigsaw jockey jogger journal jubilee
judge juggle juice jumbo jungle juniper jury kayak kennel kernel kettle key kidney kingdom kiosk kitchen kite kitten kiwi knee
knight knot koala label ladder lagoon lake lamb lamp lantern laptop larch lark laser lasso latch laundry lava lavender lawn leaf
leather lemon lentil leopard lesson letter lettuce level library lichen lifeboat light lilac lily lime linen lion lizard llama
loaf lobster locket locust lodge lotus lounge lumber lunar lunch lynx machine magic magnet magpie mallet mammoth mango manor
mantis maple marble march margin marina market marlin maroon marsh mask mason mast matrix meadow medal melody melon member menu
merchant mercury meteor meter midnight milk mill mineral minnow mint mirror mist mitten mixer model module mohair molten monkey
moon moose morning mortar mosaic moss moth motor mountain mouse muffin mule mural museum mushroom music mustard napkin narrow
nature navy nebula necklace nectar needle nephew nest nettle network nickel night noble noodle north notebook novel nugget number
nurse nutmeg oak oar oasis oatmeal ocean octave october octopus office olive omelet onion opal opera orange orbit orchard orchid
organ origami osprey ostrich otter oval oven owl oxygen oyster package paddle page paint palace palm pancake panda panel panther
paper parade parcel park parrot parsley pasta pastel patch path patio pattern peach peacock peanut pear pebble pecan pedal pelican
pencil penguin pepper perch petal phoenix piano picnic picture pier pigeon pillow pilot pine pioneer pipe piston pizza planet plank
plant plaster plate plaza plum plumber pocket podium poem polar polish pollen pond pony poplar poppy porch portal postcard potato
pottery powder prairie pretzel prince prism prize puddle puffin pulley pulse pumpkin puppet purple puzzle pyramid quail quarry
quartz queen quick quill quilt quiver rabbit raccoon radar radio radish raft rail rain raisin ranch ranger raven razor recipe
record reef regatta reindeer relay relic remedy repeat reptile resort rhubarb rhythm ribbon rice ridge ring ripple river road
robin robot rocket rodeo roof rooster root rope rose rowboat rubber ruby rudder rug runner saddle saffron sail salad salmon salt
salute sandal sapphire satin saturn sauce sauna scale scarf school science scooter scout sculptor seagull seal season seaweed
secret seed senator shadow shark shed sheep shelf shell sheriff shield ship shirt shoe shore shovel shower shrimp siren sister
sketch skillet skipper sky sled sleeve slipper slope smoke snail snow soap soccer socket sofa solar soldier sonar song soup
spaniel spark sparrow spice spider spinach spiral spoon sprint spruce square squash squid squirrel stable stadium staircase stamp
star station statue steam steel stem stereo stone stool stork storm stove strand straw stream street string studio subway sugar
suitcase summer summit sunday sunset supper surf swallow swan sweater swift swing switch sword symbol syrup table tablet tadpole
tailor talent tango tank tapestry target tavern taxi teacher teapot tempo temple tennis tent terrace theater thimble thistle
thread throne thunder ticket tide tiger tile timber tin toast tomato topaz torch tortoise toucan towel tower town tractor trail
train trapeze travel treaty tree trellis triangle tribute trophy trout truck trumpet tulip tundra tunnel turbine turkey turnip
turtle tuxedo twig twilight umbrella uncle unicorn uniform universe urchin valley vanilla vapor vase vault velvet vendor venus
veranda vessel vest victory village vine vineyard violet violin visitor volcano voyage waffle wagon walnut walrus waltz warbler
water wave weasel weather wedge west whale wheat wheel whisker whistle willow window winter wizard wolf wombat wood wool worker
wren yacht yard yarn yeast yellow yogurt yonder zebra zenith zephyr zigzag zinc zipper zodiac
`
  .trim()
  .split(/\s+/);
