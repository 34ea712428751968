"""Names of people, places and firms that values are drawn from: plain letters, all invented."""

FIRST_NAMES = tuple(
    "Ada Alice Amir Anna Arthur Ben Bianca Carlos Carmen Chen Clara Daniel David Diana Elena Emil "
    "Emma Eva Fatima Felix Frank Grace Hannah Hugo Ibrahim Ines Ivan Jack James Julia Karim Kate "
    "Laura Leo Linda Lucas Maria Mark Maya Miguel Nadia Nina Noah Olga Omar Oscar Paul Priya "
    "Rachel Robert Rosa Samuel Sara Simon Sofia Thomas Tina Victor Wei Yusuf Zoe".split()
)
LAST_NAMES = tuple(
    "Adams Ahmed Allen Anderson Bailey Baker Becker Bennett Brown Carter Clark Collins Cooper Cruz "
    "Davis Diaz Edwards Evans Fischer Fisher Foster Garcia Gomez Gray Green Hall Hansen Harris "
    "Hughes Jackson Jensen Johnson Jones Kelly Khan Kim King Klein Larsen Lee Lewis Lopez Martin "
    "Meyer Miller Moore Morgan Murphy Nelson Nguyen Novak Parker Patel Perez Phillips Price Reed "
    "Rivera Roberts Rossi Russell Sanchez Schmidt Scott Silva Singh Smith Stewart Taylor Torres "
    "Turner Walker Ward Watson White Williams Wilson Wood Wright Young Zhang".split()
)
STREETS = tuple(
    "Beech Birch Bridge Castle Cedar Cherry Chestnut Church College Elm Forest Garden Hickory Hill "
    "Lake Laurel Lincoln Main Maple Market Meadow Mill Oak Orchard Park Pine Prospect Ridge River "
    "School Spring Spruce Station Summit Sunset Sycamore Valley View Walnut Willow".split()
)
STREET_KINDS = ("Avenue", "Court", "Drive", "Lane", "Road", "Street")
CITIES = tuple(
    "Arlington,Ashland,Auburn,Bedford,Bristol,Burlington,Cambridge,Centerville,Chester,Clayton,"
    "Cleveland,Clinton,Dayton,Dover,Fairview,Florence,Franklin,Georgetown,Greenville,Hamilton,"
    "Hudson,Jackson,Kingston,Lake Park,Lebanon,Lexington,Madison,Manchester,Marion,Milford,Milton,"
    "Newport,North Haven,Oakland,Oxford,Portland,Richmond,Riverside,Salem,Springfield,Union City,"
    "Vienna,Washington,Westport,Winchester,Woodstock".split(",")
)
FIRM_KINDS = ("and Partners", "and Sons", "Group", "Inc", "Ltd", "LLC")
JOBS = tuple(
    "Accountant,Architect,Baker,Biologist,Bookseller,Carpenter,Chemist,Civil engineer,Cook,"
    "Data analyst,Dentist,Designer,Editor,Electrician,Farmer,Firefighter,Gardener,Geologist,"
    "Interpreter,Journalist,Judge,Lawyer,Librarian,Mechanic,Midwife,Musician,Nurse,Optician,"
    "Paramedic,Pharmacist,Photographer,Pilot,Plumber,Product manager,Psychologist,Sales manager,"
    "Social worker,Software developer,Surveyor,Tailor,Teacher,Translator,Veterinarian,Writer".split(
        ","
    )
)
